from version import VERSION

raise RuntimeError(f"DATABASE_URL is not set in {VERSION}")
