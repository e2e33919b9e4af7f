"""Where the doctor runs: the machine, the container, the platform by its marks or its metadata."""
