"""Which requests to send and why: data, no I/O."""
