"""What every test shares."""

from hypothesis import settings

# A property has no deadline: on a busy machine the same example takes ten times as long, and timings are benchmarks'.
settings.register_profile("backissue", deadline=None)
settings.load_profile("backissue")
