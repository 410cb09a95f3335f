"""What becomes of every text of an assessment when it leaves: the one place of these decisions.

A test walks all fields of `Assessment`; a text without a decision fails it, and at run time stops
the de-identification. Numbers stay, but for ages; closed lists of the model (`Literal`) stay.
"""

from __future__ import annotations

from typing import Literal

Decision = Literal[
    "keep",  # written by Eutonia from its own tables: ids, units, titles, references
    "person",  # the pseudonym: a new one
    "visit",  # label of the visit: a short number stays
    "rater",  # who examined, decided or closed: a new code, the same everywhere
    "date",  # shifted
    "dated",  # a key with a year, such as "CE 2015": the key stays, the year is shifted
    "time",  # time of day
    "age",  # above 89 grouped
    "relative",  # id in a pedigree: numbered, unless it says the kinship only
    "recording",  # id of a recording, which is a file name: numbered
    "device",  # maker and model stay, serial numbers go
    "label",  # names of channels, sites and conditions: stay, swept of what is known
    "sentence",  # written by Eutonia, may quote: stays, swept of what is known
    "text",  # typed by a person: goes, unless it is a word of our tables
    "rare",  # the same, and flagged: few people share it
    "drop",  # file names, hashes, paths: go
]

DECISIONS: dict[str, dict[str, Decision]] = {
    "Assessment": {"visit": "visit", "labels": "text"},
    "Person": {"id": "person", "age_years": "age"},
    "VisitState": {
        "form": "text",
        "affected_part": "text",
        "toxin_product": "text",
        "time_of_day": "time",
        "instrument": "text",
        "camera": "device",
        "rater": "rater",
        "rater_role": "text",
        "goal": "text",
        "safety_reported": "text",
        "consent": "text",
        "retention": "text",
        "protocol": "text",
        "remarks": "text",
    },
    "Drug": {"name": "text"},
    # --- what was recorded and measured
    "RecordingSummary": {
        "id": "recording",
        "kind": "keep",
        "conditions": "label",
        "sources": "drop",
        "device": "device",
        "aligned": "sentence",
    },
    "Channel": {
        "name": "label",
        "kind": "keep",
        "unit": "keep",
        "site": "label",
        "flags": "keep",
        "passing": "keep",
    },
    "Issue": {"code": "keep", "message": "sentence", "channel": "label"},
    "Lost": {"path": "recording", "error": "sentence"},
    "Manifest": {
        "versions": "keep",
        "measures": "keep",
        "inputs": "drop",
        "outputs": "drop",
        "visit": "drop",
    },
    "Source": {"path": "drop", "sha256": "drop"},
    "Condition": {"levels": "label"},
    "Target": {"label": "label", "channels": "label", "sites": "label", "side": "keep"},
    "Interval": {"method": "keep"},
    "Context": {
        "time": "time",
        "rater": "rater",
        "device": "device",
        "protocol": "text",
        "medication": "sentence",
        "stimulator": "sentence",
    },
    "Estimate": {
        "measure": "keep",
        "version": "keep",
        "title": "keep",
        "unit": "keep",
        "sources": "keep",
        "valid_by": "keep",
        "part": "keep",
        "no_interval": "keep",
        "quality": "keep",
        "notes": "sentence",
        "details": "keep",
        "recordings": "recording",
        "evidence": "drop",
    },
    "Finding": {"words": "sentence"},
    "Comparison": {"against": "sentence", "words": "sentence", "source": "sentence"},
    "Contrast": {
        "measure": "keep",
        "factor": "label",
        "a": "label",
        "b": "label",
        "no_interval": "keep",
        "paired": "keep",
    },
    "NotMeasurable": {
        "measure": "keep",
        "version": "keep",
        "title": "keep",
        "code": "keep",
        "reason": "sentence",
        "target": "label",
    },
    # --- what the examiner saw
    "Examination": {
        "rater": "rater",
        "role": "text",
        "date": "date",
        "video": "drop",
        "danger": "text",
        "form": "text",
        "muscles": "text",
        "phenomenology": "text",
        "absent": "text",
        "motor_signs": "text",
        "other_signs": "text",
        "functional_signs": "text",
        "trick": "text",
        "triggers": "text",
        "relief": "text",
        "tasks_affected": "text",
        "tasks_spared": "text",
        "onset_speed": "text",
        "posture": "text",
        "habits": "text",
        "compensation": "text",
        "work": "text",
        "swallowing": "text",
        "speech": "text",
        "note": "text",
    },
    "RegionSeen": {"region": "text", "tasks": "text", "note": "text"},
    "NeckSign": {"pattern": "text"},
    "Score": {
        "scale": "text",
        "version": "label",
        "items": "label",
        "totals": "label",
        "not_applicable": "label",
        "video": "drop",
    },
    "PassiveRange": {"joint": "text", "motion": "text"},
    "Strength": {"movement": "text"},
    "Override": {"about": "text", "value": "text", "reason": "text"},
    # --- the history
    "History": {
        "onset_age": "age",
        "diagnosis_age": "age",
        "onset_region": "text",
        "onset_task": "text",
        "spread": "dated",
        "remission": "text",
        "illness_course": "text",
        "family_other": "text",
        "ancestry": "rare",
        "birth": "text",
        "development": "text",
        "conditions": "text",
        "allergies": "text",
        "school": "text",
        "retention": "text",
        "note": "text",
    },
    "Relative": {
        "id": "relative",
        "relation": "relative",
        "what": "text",
        "onset_age": "age",
        "mother": "relative",
        "father": "relative",
    },
    "Exposure": {"name": "text", "kind": "text", "date": "date"},
    "WorkupResult": {
        "item": "text",
        "date": "date",
        "result": "text",
        "unit": "label",
        "by": "rater",
    },
    "FlagClosed": {"flag": "text", "result": "text", "date": "date", "by": "rater"},
    "GeneFinding": {"gene": "text", "variant": "rare", "zygosity": "text", "date": "date"},
    "Growth": {"age_years": "age"},
    "Therapy": {
        "kind": "text",
        "started": "date",
        "stopped": "date",
        "adverse": "text",
        "note": "text",
    },
    "Aetiology": {"what": "text", "evidence": "text"},
    "Consent": {"date": "date", "withdrawn": "date"},
    # --- the diary
    "DiaryEntry": {
        "time": "date",
        "ratings": "text",
        "tasks": "text",
        "triggers": "text",
        "note": "text",
    },
    # --- what follows from them: also an id or a title may be what somebody typed
    "Conclusion": {
        "axis": "sentence",
        "about": "sentence",
        "value": "sentence",
        "words": "sentence",
        "because": "sentence",
        "missing": "sentence",
        "sources": "keep",
        "computed": "sentence",
        "reason": "text",
    },
    "Flag": {
        "id": "sentence",
        "title": "sentence",
        "action": "sentence",
        "because": "sentence",
        "sources": "keep",
    },
    "WorkupItem": {
        "item": "sentence",
        "group": "sentence",
        "title": "sentence",
        "reason": "sentence",
        "result": "text",
        "sources": "keep",
    },
    "ScaleChange": {
        "rater": "rater",
        "scale": "sentence",
        "part": "sentence",
        "version": "sentence",
        "mcid": "sentence",
        "mdc": "sentence",
        "broken": "sentence",
        "words": "sentence",
        "sources": "keep",
    },
}

#: Numbers that say how old somebody is; a test finds new ones by their names.
AGES = ("age_years", "onset_age", "diagnosis_age")
