"""The shared data layer: the only package that imports SQLAlchemy."""
