"""What nobody wrote down: inputs generated from the contract, judged by its predictions."""
