"""A semantic model in its forms, as other programs read them."""
import json
import pathlib
import re

import case
import servers
import yaml

TESTS = pathlib.Path(__file__).parents[1]
HINTS = TESTS.parent / "tasks" / "sample" / "shop_hints.json"
PAGE = TESTS.parent / "docs" / "tasks" / "semantic-model.md"

# Lines of an erDiagram.
ENTITY = re.compile(r'    [A-Za-z]\w*(\["[^"\n]*"\])? \{')
COLUMN = re.compile(r'        [A-Za-z]\w* [A-Za-z]\w*( (PK, FK|PK|FK|UK))?( "[^"\n]*")?')
RELATION = re.compile(r'    [A-Za-z]\w* (\|\||\|o)--(o\{|o\|) [A-Za-z]\w* : "[^"\n]*"')


class Forms(case.Case):
    def setUp(self):
        self.write(HINTS)

    def write(self, hints):
        done = servers.run("model_forms_probe", str(self.folder), str(hints))
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def form(self, name):
        return (self.folder / name).read_text(encoding="utf-8")

    def test_yaml_says_what_the_json_says(self):
        self.assertEqual(yaml.safe_load(self.form("yaml")), json.loads(self.form("json")))

    def test_mermaid_holds_only_lines_of_its_grammar(self):
        lines = self.form("mmd").splitlines()
        self.assertEqual(lines[0], "erDiagram")
        for line in lines[1:]:
            fits = [form.fullmatch(line) for form in (ENTITY, COLUMN, RELATION)]
            self.assertTrue(line == "    }" or any(fits), line)
        self.assertGreater(sum(bool(RELATION.fullmatch(line)) for line in lines), 8)

    def test_every_row_of_markdown_has_the_cells_of_its_head(self):
        bars = None
        for line in self.form("md").splitlines():
            found = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else None
            if bars is not None and found is not None:
                self.assertEqual(found, bars, line)
            bars = found

    def test_the_examples_of_the_page_are_hints(self):
        page = PAGE.read_text(encoding="utf-8")
        examples = re.findall(r"```json\n(.*?)```", page, re.S)
        self.assertEqual(len(examples), 2)
        for example in examples:
            path = self.folder / "example.json"
            path.write_text(example, encoding="utf-8")
            self.write(path)
            warnings = json.loads(self.form("json"))["warnings"]
            self.assertFalse([text for text in warnings if "not known" in text], warnings)


if __name__ == "__main__":
    case.main()
