"""The figures of merit of each field, in NumPy: higher or lower is said where it is computed."""
