# The emulator, for people who write clients: docs/emulator.md
FROM python:3.13-slim

RUN useradd --create-home --uid 1000 emulator
WORKDIR /home/emulator

COPY pyproject.toml README.md LICENSE /src/
COPY conformance /src/conformance
RUN pip install --no-cache-dir /src

USER 1000
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["python", "-c", "import urllib.request as http; http.urlopen('http://127.0.0.1:8080/vicidial/non_agent_api.php?function=version', timeout=2)"]
ENTRYPOINT ["vicidial-conformance", "emulator", "--host", "0.0.0.0", "--port", "8080"]
CMD ["--log", "-"]
