"""Whether replies are what they should be: the closed union of verdicts, the judge, the invariants."""
