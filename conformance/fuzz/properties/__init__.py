"""The properties that the fuzzer tries, one a file, each stated in the first line of its file."""
