"""A server that answers from the contract: to check the suite with, or to develop a client against."""
