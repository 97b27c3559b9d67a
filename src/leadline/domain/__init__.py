"""What is true about leads: pure functions and values. No I/O, no clock, no randomness."""
