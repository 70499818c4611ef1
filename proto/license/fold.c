/* fold: see fold.h. */
#include "fold.h"

/* clang-format off */
static const struct fold folds[] = {
#include "fold.tbl.h"
};
/* clang-format on */

static const struct fold letter = { 0, 0, FOLD_LETTER, 0, "" };
static const struct fold ideograph = { 0x4e00, 0x9fff, FOLD_IDEOGRAPH, 0, "" };

const struct fold *
license_fold(uint32_t character)
{
	size_t low = 0, high = sizeof(folds) / sizeof(folds[0]);

	if (character >= ideograph.first && character <= ideograph.last)
		return &ideograph;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (character > folds[middle].last)
			low = middle + 1;
		else if (character < folds[middle].first)
			high = middle;
		else
			return &folds[middle];
	}
	return &letter;
}
