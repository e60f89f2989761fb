"""What the standard library lacks: durable files, locks, strict JSON. No NumPy, no network."""
