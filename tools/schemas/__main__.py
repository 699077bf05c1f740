"""`python -m tools.schemas` makes the JSON Schemas of target files and baselines anew."""

from tools.schemas.generate import write

for path in write():
    print(path)
