from version import VERSION

def app(environ, start_response:
    return [VERSION.encode()]
