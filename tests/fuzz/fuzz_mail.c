/* fuzz_mail.c - whoever a mail goes to, and whatever it says: it has the headers that we wrote
 * and no others, its lines have their bound, and its text is what was given.
 *
 * The bytes are name, address, subject and text, with 0xff between them. */
#include "fuzz.h"

#include "tasks/mail/message.h"
#include <string.h>

#define PARTS    4
#define PART_MAX 4096
#define LINE_MAX 998 /* of RFC 5322 */

static void split(const uint8_t *data, size_t size, char out[PARTS][PART_MAX], size_t len[PARTS])
{
    size_t part = 0;

    memset(len, 0, PARTS * sizeof(len[0]));
    for (size_t i = 0; i < size; i++) {
        if (data[i] == 0xff && part + 1 < PARTS)
            part++;
        else if (len[part] + 1 < PART_MAX)
            out[part][len[part]++] = (char)data[i];
    }
    for (size_t i = 0; i < PARTS; i++)
        out[i][len[i]] = '\0';
}

static void require_lines(const struct qn_buf *mail)
{
    size_t start = 0;

    for (size_t i = 0; i < mail->len; i++) {
        FUZZ_REQUIRE(mail->data[i] != '\0' && (unsigned char)mail->data[i] < 0x80);
        FUZZ_REQUIRE((mail->data[i] == '\n') == (i > 0 && mail->data[i - 1] == '\r'));
        if (mail->data[i] == '\n') {
            FUZZ_REQUIRE(i - start <= LINE_MAX && mail->data[start] != '.');
            start = i + 1;
        }
    }
    FUZZ_REQUIRE(start == mail->len);
}

/* Up to the empty line. */
static void require_headers(const char *mail)
{
    static const char *const names[] = {"Date: ",           "From: ",         "To: ",
                                        "Subject: ",        "Message-ID: ",   "Content-Language: ",
                                        "Auto-Submitted: ", "MIME-Version: ", "Content-Type: "};
    size_t n = 0;

    for (const char *line = mail; line[0] != '\r'; line = strchr(line, '\n') + 1) {
        if (line[0] == ' ')
            continue;
        FUZZ_REQUIRE(n < sizeof(names) / sizeof(names[0]));
        FUZZ_REQUIRE(strncmp(line, names[n], strlen(names[n])) == 0);
        n++;
    }
    FUZZ_REQUIRE(n == sizeof(names) / sizeof(names[0]));
}

static void write_mail(const struct qn_address *to, const char *subject, struct qn_span text)
{
    static const struct qn_address from = {.address = "shop@example.org", .name = "Shop"};
    const struct mail_message mail = {
        .from = &from,
        .to = to,
        .subject = subject,
        .id = "x@y",
        .language = "en",
        .text = text,
        .html = text,
    };
    struct qn_err err = {.msg = ""};
    struct qn_buf out;

    qn_buf_init(&out, 16 * PART_MAX);
    if (mail_message_write(&mail, &out, &err) == QN_OK) {
        require_lines(&out);
        require_headers(out.data);
    } else {
        FUZZ_REQUIRE(err.msg[0] != '\0');
    }
    qn_buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char parts[PARTS][PART_MAX];
    struct qn_address to = {.address = ""}, parsed;
    size_t len[PARTS];
    struct qn_err err;

    split(data, size, parts, len);
    if (qn_address_parse(parts[0], &parsed, &err) == QN_OK) {
        FUZZ_REQUIRE(qn_address_check(parsed.address, strlen(parsed.address), &err) == QN_OK);
        FUZZ_REQUIRE(qn_address_check_name(parsed.name, strlen(parsed.name), &err) == QN_OK);
    }
    if (qn_address_check_name(parts[0], len[0], &err) == QN_OK &&
        qn_address_check(parts[1], len[1], &err) == QN_OK) {
        memcpy(to.name, parts[0], len[0]);
        memcpy(to.address, parts[1], len[1]);
        FUZZ_REQUIRE(strlen(to.name) == len[0] && strlen(to.address) == len[1]);
        write_mail(&to, parts[2], (struct qn_span){parts[3], len[3]});
    }
    return 0;
}
