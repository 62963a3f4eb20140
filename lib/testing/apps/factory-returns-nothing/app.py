from version import VERSION

def create_app():
    print(VERSION)
