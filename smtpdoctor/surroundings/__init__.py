"""Where the doctor runs: the machine, the container, the platform by its marks or its metadata.

Facts about this machine alone. What they mean for a failure is `diagnosis`'s.
"""
