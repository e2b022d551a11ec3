"""Setting up, starting and stopping the product on one machine. Nothing imports it; it starts everything else."""
