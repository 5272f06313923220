"""The demo county holds together: every number points at something, every name is there in both languages."""

import json
import tomllib
import unittest

from house import ROOT

COUNTY = ROOT / "tools" / "county"
KINDS = {"consult", "help", "complaint", "suggestion", "thanks", "report"}
ANSWERS = {"done", "will-do", "cannot", "need-more"}
PICTURES = set("water road power school clinic money land waste safety help thanks idea other house farm "
               "bus phone care people shop".split())
TEXT_LIMIT = 1000  # characters a resident may write (kiosk/API.md)


def toml(name):
    return tomllib.loads((COUNTY / name).read_text(encoding="utf-8"))


class County(unittest.TestCase):
    def setUp(self):
        self.office = toml("office.toml")
        self.areas = toml("areas.toml")["area"]
        self.units = toml("units.toml")["unit"]
        self.categories = toml("categories.toml")["category"]
        self.sample = json.loads((COUNTY / "reports.json").read_text(encoding="utf-8"))

    def test_office_has_a_name_and_a_day(self):
        self.assertEqual(set(self.office["name"]), {"zh", "en"})
        self.assertEqual(self.office["utc_offset_minutes"], 480)
        self.assertGreater(self.office["answer_days_default"], 0)

    def test_areas_are_one_tree_of_three_levels(self):
        by_id = {area["id"]: area for area in self.areas}
        self.assertEqual(len(by_id), len(self.areas))
        above = {"county": None, "town": "county", "village": "town"}
        for area in self.areas:
            parent = by_id.get(area.get("parent"))
            self.assertEqual(parent["level"] if parent else None, above[area["level"]], area)
        levels = [area["level"] for area in self.areas]
        self.assertEqual([levels.count(level) for level in ("county", "town", "village")], [1, 3, 12])

    def test_every_village_has_residents(self):
        for area in self.areas:
            self.assertEqual("population" in area, area["level"] == "village", area)
            self.assertGreater(area.get("population", 1), 0)

    def test_every_name_is_there_in_both_languages(self):
        for entry in self.areas + self.units + self.categories:
            for field in ("names", "hint"):
                if field in entry or field == "names":
                    self.assertEqual(set(entry[field]), {"zh", "en"}, entry)
                    self.assertTrue(all(entry[field].values()), entry)

    def test_categories_point_at_units_pictures_and_kinds(self):
        units = {unit["id"] for unit in self.units}
        self.assertEqual(len({category["code"] for category in self.categories}), len(self.categories))
        self.assertEqual({category["kind"] for category in self.categories}, KINDS)
        for category in self.categories:
            self.assertIn(category["unit"], units)
            self.assertIn(category["picture"], PICTURES)
            self.assertGreater(category["answer_days"], 0)
            self.assertIsInstance(category["confidential"], bool)

    def test_no_two_categories_share_a_picture(self):
        pictures = [category["picture"] for category in self.categories]
        self.assertEqual(len(set(pictures)), len(pictures))

    def test_sample_reports_could_be_typed_at_a_kiosk(self):
        codes = {category["code"] for category in self.categories}
        texts = [report["text"] for report in self.sample["reports"]]
        self.assertGreaterEqual(len(texts), 40)
        self.assertEqual(len(set(texts)), len(texts))
        for report in self.sample["reports"]:
            self.assertIn(report["category"], codes)
            self.assertIn(report["feeling"], range(1, 6))
            self.assertIn(report["language"], {"zh", "en"})
            self.assertTrue(0 < len(report["text"]) <= TEXT_LIMIT)

    def test_sample_answers_come_from_units_and_are_of_every_kind(self):
        units = {unit["id"] for unit in self.units}
        self.assertEqual({answer["kind"] for answer in self.sample["answers"]}, ANSWERS)
        for answer in self.sample["answers"]:
            self.assertIn(answer["unit"], units)
            self.assertIn(answer["language"], {"zh", "en"})
            self.assertGreater(len(answer["text"]), 20)

    def test_every_sample_answer_is_for_one_report_in_its_language_and_unit(self):
        unit_of = {category["code"]: category["unit"] for category in self.categories}
        for answer in self.sample["answers"]:
            asked = [report for report in self.sample["reports"] if answer["match"] in report["text"]]
            self.assertEqual(len(asked), 1, answer["match"])
            self.assertEqual(asked[0]["language"], answer["language"], answer["match"])
            self.assertEqual(unit_of[asked[0]["category"]], answer["unit"], answer["match"])


if __name__ == "__main__":
    unittest.main()
