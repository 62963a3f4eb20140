from version import VERSION

application = VERSION
