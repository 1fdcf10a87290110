#include "er.h"

#include "er_boxes.h"
#include "er_text.h"
#include "tasks/lib/html.h"
#include <math.h>
#include <string.h>

#define MARGIN 10
#define LOOPS  44   /* room for lines of a box to itself, at the right */
#define STUB   15   /* where a line leaves a box it is level: room for its mark */
#define SHRINK 0.76 /* smaller than this it is scrolled instead */

const char metadata_er_style[] =
    ".er{overflow-x:auto}.er svg{display:block;margin:0 auto;width:100%;height:auto;font-size:12px}"
    ".er text{fill:var(--ink)}.er .b{fill:var(--paper);stroke:var(--faint);stroke-opacity:.5}"
    ".er .h{font-size:13px;font-weight:650}.er .s,.er .t,.er .k{fill:var(--faint);font-size:11px}"
    ".er .k{font-size:9px;font-weight:650;letter-spacing:.04em}.er .pk{font-weight:600}"
    ".er .r{stroke:var(--line)}.er a:hover .b,.er a:focus .b{stroke:var(--c0);stroke-opacity:1;"
    "stroke-width:1.6}.er a:hover .h{fill:var(--c0)}"
    ".er .fact{fill:var(--c0)}.er .dimension{fill:var(--c1)}.er .lookup{fill:var(--c2)}"
    ".er .junction{fill:var(--c4)}.er .other{fill:var(--c5)}"
    ".er .rel path,.er .rel circle{fill:none;stroke:var(--faint);stroke-width:1.3}"
    ".er .rel circle{fill:var(--paper)}.er .guessed .l{stroke-dasharray:5 4}"
    ".er .rel .w{stroke:transparent;stroke-width:11}"
    ".er .rel:hover .l,.er .rel:hover .m,.er .rel:hover circle{stroke:var(--c0);stroke-width:2.4}"
    "@media print{.er{overflow:visible}.er svg{min-width:0!important;max-height:235mm}}";

static const char *purpose_of(const struct qn_model_table *table)
{
    static const char *const names[QN_PURPOSES] = {[QN_PURPOSE_OTHER] = "other",
                                                   [QN_PURPOSE_FACT] = "fact",
                                                   [QN_PURPOSE_DIMENSION] = "dimension",
                                                   [QN_PURPOSE_LOOKUP] = "lookup",
                                                   [QN_PURPOSE_JUNCTION] = "junction"};

    return names[table->purpose];
}

/* Lines. */

static double side_of(const struct er_box *box, struct er_point point)
{
    return point.x > box->x + box->width / 2 ? 1 : -1;
}

static void add_curve(struct qn_buf *out, struct er_point a, struct er_point b)
{
    double middle = (a.x + b.x) / 2;

    qn_buf_printf(out, "C%.1f %.1f %.1f %.1f %.1f %.1f", middle, a.y, middle, b.y, b.x, b.y);
}

static void add_loop(struct qn_buf *out, const struct er_line *line)
{
    struct er_point a = line->points[0], b = line->points[1];
    double wide = fmin(20 + fabs(a.y - b.y) * 0.25, 2.0 * LOOPS / 3 + STUB);

    qn_buf_printf(out, "M%.1f %.1fh%dC%.1f %.1f %.1f %.1f %.1f %.1fh-%d", a.x, a.y, STUB,
                  a.x + STUB + wide, a.y, b.x + STUB + wide, b.y, b.x + STUB, b.y, STUB);
}

static void add_path(struct qn_buf *out, const struct er_layout *layout, const struct er_line *line)
{
    struct er_point first = line->points[0], last = line->points[line->n - 1];
    double from = side_of(&layout->boxes[line->from], first);
    double to = side_of(&layout->boxes[line->to], last);

    if (line->from == line->to) {
        add_loop(out, line);
        return;
    }
    qn_buf_printf(out, "M%.1f %.1fh%.0f", first.x, first.y, from * STUB);
    for (size_t i = 0; i + 1 < line->n; i += 2) {
        struct er_point a = line->points[i], b = line->points[i + 1];

        a.x += i == 0 ? from * STUB : 0;
        b.x += i + 2 == line->n ? to * STUB : 0;
        add_curve(out, a, b);
        if (i + 2 < line->n) {
            qn_buf_printf(out, "H%.1f", line->points[i + 2].x);
        }
    }
    qn_buf_printf(out, "h%.0f", -to * STUB);
}

/* What the lines to one port have in common: they share its mark. */
struct port {
    bool none, one; /* a row may refer to none; one has to refer */
};

static struct port port_of(const struct er_boxes *boxes, const struct er_line *line)
{
    struct port port = {false, false};

    for (size_t i = 0; i < boxes->layout.n_lines; i++) {
        const struct er_line *other = &boxes->layout.lines[i];

        if (other->to == line->to && fabs(other->to_dy - line->to_dy) < 0.5) {
            port.none = port.none || boxes->relations[i]->optional;
            port.one = port.one || !boxes->relations[i]->optional;
        }
    }
    return port;
}

/* At the many a crow's foot, at the one bars, and a circle where there may be none. */
static void add_marks(struct qn_buf *out, const struct er_boxes *boxes, size_t i)
{
    const struct er_line *line = &boxes->layout.lines[i];
    struct er_point a = line->points[0], b = line->points[line->n - 1];
    double from = side_of(&boxes->layout.boxes[line->from], a);
    double to = side_of(&boxes->layout.boxes[line->to], b);
    struct port port = port_of(boxes, line);

    if (boxes->relations[i]->one_to_one) {
        qn_buf_printf(out, "<path class=\"m\" d=\"M%.1f %.1fv10", a.x + from * 6, a.y - 5);
    } else {
        qn_buf_printf(out, "<path class=\"m\" d=\"M%.1f %.1fl%.0f 5l%.0f 5", a.x, a.y - 5,
                      from * 12, -from * 12);
    }
    qn_buf_printf(out, "M%.1f %.1fv10", b.x + to * 6, b.y - 5);
    if (!port.none) {
        qn_buf_printf(out, "M%.1f %.1fv10", b.x + to * 10, b.y - 5);
    }
    qn_buf_add_str(out, "\"/>");
    if (!port.one) {
        qn_buf_printf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"/>", b.x + to * 12, b.y);
    }
}

static void add_columns(struct qn_buf *out, const struct qn_model_table *table,
                        const size_t *columns, size_t n)
{
    qn_html_printf(out, "%s.", table->name);
    qn_buf_add_str(out, n > 1 ? "(" : "");
    for (size_t i = 0; i < n; i++) {
        qn_html_printf(out, i > 0 ? ", %s" : "%s", table->columns[columns[i]].name);
    }
    qn_buf_add_str(out, n > 1 ? ")" : "");
}

static void add_relation(struct qn_buf *out, const struct er_boxes *boxes, size_t i)
{
    const struct qn_model_relation *relation = boxes->relations[i];
    const struct er_line *line = &boxes->layout.lines[i];

    qn_html_printf(out, "<g class=\"rel%s\"><title>",
                   relation->source == QN_RELATION_DECLARED ? "" : " guessed");
    add_columns(out, &boxes->model->tables[relation->child], relation->child_columns, relation->n);
    qn_buf_add_str(out, " \xe2\x86\x92 ");
    add_columns(out, &boxes->model->tables[relation->parent], relation->parent_columns,
                relation->n);
    qn_html_printf(out, " (%s)</title><path class=\"w\" d=\"",
                   relation->one_to_one ? "1:1" : "N:1");
    add_path(out, &boxes->layout, line);
    qn_buf_add_str(out, "\"/><path class=\"l\" d=\"");
    add_path(out, &boxes->layout, line);
    qn_buf_add_str(out, "\"/>");
    add_marks(out, boxes, i);
    qn_buf_add_str(out, "</g>\n");
}

/* Boxes. */

static void add_row(struct qn_buf *out, const struct er_boxes *boxes, const struct er_table *shown,
                    const struct er_box *box, size_t i)
{
    const struct qn_model_table *table = &boxes->model->tables[shown->table];
    const struct qn_model_column *column = &table->columns[shown->rows[i]];
    double y = box->y + ER_HEAD + 3 + (double)i * ER_ROW + 14;
    bool key = er_boxes_is_key(table, shown->rows[i]);
    bool refers = er_boxes_refers(boxes, shown->table, shown->rows[i]);
    double room = box->width - 2 * ER_PAD - ER_MARK;
    char type[ER_TYPE_SIZE];
    double wide;

    er_text_type(column->type, type, sizeof(type));
    wide = fmin(er_text_width(type, ER_FONT - 1), 90);
    if (key || refers) {
        qn_html_printf(out, "<text class=\"k\" x=\"%.1f\" y=\"%.1f\">%s</text>", box->x + ER_PAD,
                       y - 0.5, key ? "PK" : "FK");
    }
    qn_html_printf(out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", key ? "pk" : "c",
                   box->x + ER_PAD + ER_MARK, y);
    er_text_add(out, column->name, ER_FONT, room - wide - 8);
    qn_html_printf(out, "</text><text class=\"t\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">",
                   box->x + box->width - ER_PAD, y);
    er_text_add(out, type, ER_FONT - 1, 90);
    qn_buf_add_str(out, "</text>");
}

static void add_title(struct qn_buf *out, const struct er_boxes *boxes,
                      const struct er_table *shown, const struct er_box *box)
{
    const struct qn_model_table *table = &boxes->model->tables[shown->table];
    double room = box->width - 2 * ER_PAD, name = 1.08 * er_text_width(table->name, ER_TITLE_FONT);

    qn_html_printf(out, "<text class=\"h\" x=\"%.1f\" y=\"%.1f\">", box->x + ER_PAD, box->y + 21);
    er_text_add(out, table->name, 1.08 * ER_TITLE_FONT, room);
    qn_buf_add_str(out, "</text>");
    if (er_boxes_names_schema(boxes, table) && room - name > 40) {
        qn_html_printf(out, "<text class=\"s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">",
                       box->x + box->width - ER_PAD, box->y + 21);
        er_text_add(out, table->schema, ER_FONT - 1, room - name - 6);
        qn_buf_add_str(out, "</text>");
    }
}

static void add_box(struct qn_buf *out, const struct er_boxes *boxes, size_t i)
{
    const struct er_table *shown = &boxes->tables[i];
    const struct er_box *box = &boxes->layout.boxes[i];
    const struct qn_model_table *table = &boxes->model->tables[shown->table];

    qn_html_printf(out, "<title>%s.%s</title>", table->schema, table->name);
    qn_html_printf(out,
                   "<rect class=\"b\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
                   "rx=\"7\"/><rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
                   "height=\"3\" rx=\"1.5\"/>",
                   box->x, box->y, box->width, box->height, purpose_of(table), box->x + 7,
                   box->y - 1.5, box->width - 14);
    add_title(out, boxes, shown, box);
    if (shown->note) {
        qn_html_printf(out, "<text class=\"s\" x=\"%.1f\" y=\"%.1f\">%zu column%s</text>",
                       box->x + ER_PAD, box->y + 38, table->n_columns,
                       table->n_columns == 1 ? "" : "s");
    }
    if (shown->n_rows > 0) {
        qn_html_printf(out, "<path class=\"r\" d=\"M%.1f %.1fh%.1f\"/>", box->x, box->y + ER_HEAD,
                       box->width);
    }
    for (size_t row = 0; row < shown->n_rows; row++) {
        add_row(out, boxes, shown, box, row);
    }
    if (shown->more > 0) {
        qn_html_printf(out, "<text class=\"t\" x=\"%.1f\" y=\"%.1f\">+ %zu more</text>",
                       box->x + ER_PAD + ER_MARK,
                       box->y + ER_HEAD + 3 + (double)shown->n_rows * ER_ROW + 14, shown->more);
    }
}

static void add_boxes(struct qn_buf *out, const struct er_boxes *boxes, const bool *linked)
{
    for (size_t i = 0; i < boxes->n_tables; i++) {
        size_t table = boxes->tables[i].table;
        bool link = linked != NULL && linked[table];

        if (link) {
            qn_html_printf(out, "<a href=\"#t%zu\">", table);
        } else {
            qn_buf_add_str(out, "<g>");
        }
        add_box(out, boxes, i);
        qn_buf_add_str(out, link ? "</a>\n" : "</g>\n");
    }
}

static void add_svg(struct qn_buf *out, const struct er_boxes *boxes, const bool *linked)
{
    double width = boxes->layout.width + MARGIN + LOOPS;
    double height = boxes->layout.height + 2 * MARGIN;

    qn_html_printf(out,
                   "<svg viewBox=\"-%d -%d %.1f %.1f\" style=\"max-width:%.1fpx;min-width:%.1fpx\" "
                   "role=\"group\" aria-label=\"%zu tables and %zu relations\">\n",
                   MARGIN, MARGIN, width, height, width, width * SHRINK, boxes->shown.tables,
                   boxes->shown.relations);
    for (size_t i = 0; i < boxes->layout.n_lines; i++) {
        add_relation(out, boxes, i);
    }
    add_boxes(out, boxes, linked);
    qn_buf_add_str(out, "</svg>\n");
}

int metadata_er(struct qn_buf *out, const struct qn_model *model, const bool *linked,
                struct metadata_er_shown *ret)
{
    struct er_boxes boxes;
    int rc = er_boxes_init(&boxes, model);

    if (rc == QN_OK) {
        rc = er_layout(&boxes.layout, &boxes.arena);
    }
    if (rc == QN_OK && boxes.n_tables > 0) {
        add_svg(out, &boxes, linked);
    }
    if (ret != NULL) {
        boxes.shown.width = boxes.layout.width + MARGIN + LOOPS;
        *ret = boxes.shown;
    }
    er_boxes_release(&boxes);
    return rc == QN_OK ? qn_buf_status(out) : rc;
}
