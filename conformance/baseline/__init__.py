"""The fails of a server that are known and accepted, so that a build breaks for new ones alone."""
