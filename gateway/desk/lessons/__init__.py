"""Scenes to learn by: a stored record, one to export, and the answer to expect, each a file in `texts`.

Lays nothing out and sends nothing by itself. The words are for cataloguers; how each behaviour is known stands with it.
"""

from gateway.desk.lessons.judging import Judged, judge, record_after
from gateway.desk.lessons.lesson import Lesson, export_bytes, lesson, lessons
from gateway.desk.lessons.scene import Scene, clear, obstacles, set_scene, target
from gateway.desk.lessons.sending import Exported, export_for_me

__all__ = [
    "Exported",
    "Judged",
    "Lesson",
    "Scene",
    "clear",
    "export_bytes",
    "export_for_me",
    "judge",
    "lesson",
    "lessons",
    "obstacles",
    "record_after",
    "set_scene",
    "target",
]
