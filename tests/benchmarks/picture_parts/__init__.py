"""The parts of pictures.py: each makes pictures, and measures what comes of them."""
