"""The documentation site: a page for every case, clause and deviation, made from the contract at build time."""
