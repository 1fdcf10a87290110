#include "svg_scale.h"

#include <math.h>
#include <stdio.h>

#define STEPS_WANTED 4

double qn_svg_step(double rough)
{
    static const double good[] = {1, 2, 2.5, 5, 10};
    double power = pow(10, floor(log10(rough)));

    for (int i = 0; i < 4; i++) {
        if (rough <= good[i] * power * 1.0000001) {
            return good[i] * power;
        }
    }
    return 10 * power;
}

void qn_svg_scale_init(struct qn_svg_scale *ret, double low, double high)
{
    double range = high - low;

    if (!(range > 1e-300)) {
        *ret = (struct qn_svg_scale){.low = 0, .high = 1, .step = 1, .steps = 1};
        return;
    }
    ret->step = qn_svg_step(range / STEPS_WANTED);
    ret->low = floor(low / ret->step + 1e-9) * ret->step;
    ret->high = ceil(high / ret->step - 1e-9) * ret->step;
    ret->steps = (int)lround((ret->high - ret->low) / ret->step);
}

void qn_svg_number(double value, double step, char out[QN_SVG_NUMBER_SIZE])
{
    static const struct {
        double unit;
        const char *sign;
    } units[] = {{1e12, "T"}, {1e9, "B"}, {1e6, "M"}, {1e3, "k"}, {1, ""}};
    double size = fabs(value) < step / 2 ? 0 : fabs(value);
    int i = 0;

    while (i < 4 && size < units[i].unit) {
        i++;
    }
    if (size >= 1e15) {
        snprintf(out, QN_SVG_NUMBER_SIZE, "%.3g", value);
    } else {
        snprintf(out, QN_SVG_NUMBER_SIZE, "%s%.6g%s", value < 0 && size > 0 ? "-" : "",
                 size / units[i].unit, units[i].sign);
    }
}
