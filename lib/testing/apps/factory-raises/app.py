from version import VERSION

def create_app():
    raise RuntimeError(f"{VERSION} cannot be made")
