"""What differs between the reports of several runs: verdicts, replies, deviations, waits."""
