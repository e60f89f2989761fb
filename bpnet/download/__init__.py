"""Mirrors and a SHA-256 -> the bytes of a file, verified."""
