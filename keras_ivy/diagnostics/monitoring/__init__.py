"""What is seen of a model while it trains: callbacks, their records and pictures."""
