"""The screens: they call services and hand values to widgets."""
