"""All kinds of files."""

from tests.kinds.pictures import PICTURES
from tests.kinds.sounds import SOUNDS
from tests.kinds.timelines import TIMELINES
from tests.kinds.wrappers import WRAPPERS

KINDS = [*PICTURES, *SOUNDS, *WRAPPERS, *TIMELINES]
