"""What a client will see change from one build to another, from the contract alone."""
