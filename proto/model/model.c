/* model: task, library and tags of a repository.  See weigh/model.h. */
#include <string.h>

#include <weigh/model.h>

#include "marks.h"

/* Tags in the order in which the Hub lists them. */
enum place {
	PLACE_LIBRARY,
	PLACE_FORMATS,
	PLACE_TYPE,
	PLACE_TASK,
	PLACE_SDK,
	PLACE_TASKS, /* of a dataset */
	PLACE_OWN,
	PLACE_LANGUAGES,
	PLACE_LICENSE_EARLY, /* of a dataset */
	PLACE_SIZES,
	PLACE_DATASETS,
	PLACE_BASES,
	PLACE_LICENSE,
	PLACES
};

struct collecting {
	struct weigh_model *m;
	struct weigh_buf tags[PLACES]; /* each with a NUL behind it */
	char base_relation[WEIGH_WORD_MAX];
	bool licensed;
};

static void
add_tag(struct collecting *c, enum place place, const char *prefix,
    const char *text, size_t len)
{
	struct weigh_buf *tags = &c->tags[place];

	if (len == 0 || strlen(prefix) + len > WEIGH_TAG_MAX ||
	    memchr(text, '\0', len) != NULL ||
	    tags->max - tags->len <= WEIGH_TAG_MAX)
		return;
	weigh_buf_adds(tags, prefix);
	weigh_buf_add(tags, text, len);
	weigh_buf_addc(tags, '\0');
}

static void
add_word(struct collecting *c, enum place place, const char *text)
{
	add_tag(c, place, "", text, strlen(text));
}

/* --- the card: which keys are tags -------------------------------------------- */

#define OF(kind) (1u << (kind))
#define MODELS OF(WEIGH_MODEL)
#define DATASETS OF(WEIGH_DATASET)
#define SPACES OF(WEIGH_SPACE)

static const struct row {
	const char *key;
	unsigned kinds;
	enum place place;
	const char *prefix; /* NULL: no tag */
	size_t word;        /* also kept there, unless 0 */
} rows[] = {
#define WORD(name) offsetof(struct weigh_model, name) + 1
	{ "library_name", MODELS, PLACE_LIBRARY, "", WORD(library) },
	{ "pipeline_tag", MODELS, PLACE_TASK, "", WORD(task) },
	{ "sdk", SPACES, PLACE_SDK, "", WORD(sdk) },
	{ "tags", MODELS | DATASETS | SPACES, PLACE_OWN, "", 0 },
	{ "language", MODELS, PLACE_LANGUAGES, "", 0 },
	{ "language", DATASETS, PLACE_LANGUAGES, "language:", 0 },
	{ "datasets", MODELS, PLACE_DATASETS, "dataset:", 0 },
	{ "base_model", MODELS, PLACE_BASES, "base_model:", 0 },
	{ "license", MODELS | SPACES, PLACE_LICENSE, "license:", 0 },
	{ "license", DATASETS, PLACE_LICENSE_EARLY, "license:", 0 },
	{ "task_categories", DATASETS, PLACE_TASKS, "task_categories:", 0 },
	{ "task_ids", DATASETS, PLACE_TASKS, "task_ids:", 0 },
	{ "annotations_creators", DATASETS, PLACE_TASKS,
	    "annotations_creators:", 0 },
	{ "language_creators", DATASETS, PLACE_TASKS, "language_creators:", 0 },
	{ "multilinguality", DATASETS, PLACE_TASKS, "multilinguality:", 0 },
	{ "source_datasets", DATASETS, PLACE_TASKS, "source_datasets:", 0 },
	{ "size_categories", DATASETS, PLACE_SIZES, "size_categories:", 0 },
#undef WORD
};

static const struct row *
find_row(enum weigh_kind kind, const struct weigh_json *j)
{
	size_t len, i;
	const char *key = weigh_json_text(j, &len);

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if ((rows[i].kinds & OF(kind)) != 0 &&
		    strlen(rows[i].key) == len &&
		    memcmp(rows[i].key, key, len) == 0)
			return &rows[i];
	return NULL;
}

/* Keep the string just read, if it fits. */
static void
keep_word(const struct weigh_json *j, char out[WEIGH_WORD_MAX])
{
	size_t len;
	const char *text = weigh_json_text(j, &len);

	if (len < WEIGH_WORD_MAX && memchr(text, '\0', len) == NULL)
		memcpy(out, text, len + 1);
}

static void
take_string(struct collecting *c, const struct row *row,
    const struct weigh_json *j)
{
	size_t len;
	const char *text = weigh_json_text(j, &len);

	add_tag(c, row->place, row->prefix, text, len);
	if (row->word != 0)
		keep_word(j, (char *)c->m + row->word - 1);
	if (strcmp(row->key, "license") == 0)
		c->licensed = true;
}

/* A string; or a list of strings, unless there can be only one. */
static bool
take_value(struct collecting *c, const struct row *row, struct weigh_json *j,
    enum weigh_json_token first)
{
	enum weigh_json_token t;

	if (first == WEIGH_JSON_STRING) {
		take_string(c, row, j);
		return true;
	}
	if (first != WEIGH_JSON_ARRAY || row->word != 0)
		return weigh_json_skip(j, first);
	while ((t = weigh_json_next(j)) != WEIGH_JSON_ARRAY_END) {
		if (t == WEIGH_JSON_STRING)
			take_string(c, row, j);
		else if (!weigh_json_skip(j, t))
			return false;
	}
	return true;
}

static bool
text_is(const struct weigh_json *j, const char *text)
{
	size_t len;
	const char *got = weigh_json_text(j, &len);

	return len == strlen(text) && memcmp(got, text, len) == 0;
}

static void
read_card(struct collecting *c, enum weigh_kind kind, struct weigh_json *j)
{
	bool ok = weigh_json_next(j) == WEIGH_JSON_OBJECT;

	while (ok && weigh_json_next(j) == WEIGH_JSON_KEY) {
		const struct row *row = find_row(kind, j);
		bool relation = text_is(j, "base_model_relation");
		enum weigh_json_token t = weigh_json_next(j);

		if (row != NULL)
			ok = take_value(c, row, j, t);
		else if (relation && t == WEIGH_JSON_STRING)
			keep_word(j, c->base_relation);
		else
			ok = weigh_json_skip(j, t);
	}
}

/* --- the config ----------------------------------------------------------------- */

static void
read_config(struct collecting *c, struct weigh_json *j)
{
	bool ok = weigh_json_next(j) == WEIGH_JSON_OBJECT;

	while (ok && weigh_json_next(j) == WEIGH_JSON_KEY) {
		bool type = text_is(j, "model_type");
		bool list = text_is(j, "architectures");
		enum weigh_json_token t = weigh_json_next(j);

		if (type && t == WEIGH_JSON_STRING) {
			keep_word(j, c->m->model_type);
			continue;
		}
		if (!list || t != WEIGH_JSON_ARRAY) {
			ok = weigh_json_skip(j, t);
			continue;
		}
		while (weigh_json_next(j) == WEIGH_JSON_STRING)
			if (c->m->architecture[0] == '\0')
				keep_word(j, c->m->architecture);
	}
}

/* --- what follows ----------------------------------------------------------------- */

/* The library, where the card says none: the first row whose mark is there. */
static const struct {
	uint32_t mark;
	const char *library;
} libraries[] = {
	{ MARK_SENTENCES, "sentence-transformers" },
	{ MARK_DIFFUSERS, "diffusers" },
	{ MARK_PEFT, "peft" },
};

/* Class and task by how the architecture's name ends; the first row that fits. */
static const struct {
	const char *ends, *auto_model, *task, *processor;
} classes[] = {
	{ "ForCausalLM", "AutoModelForCausalLM", "text-generation",
	    "AutoTokenizer" },
	{ "LMHeadModel", "AutoModelForCausalLM", "text-generation",
	    "AutoTokenizer" },
	{ "ForMaskedLM", "AutoModelForMaskedLM", "fill-mask", "AutoTokenizer" },
	{ "ForSequenceClassification", "AutoModelForSequenceClassification",
	    "text-classification", "AutoTokenizer" },
	{ "ForTokenClassification", "AutoModelForTokenClassification",
	    "token-classification", "AutoTokenizer" },
	{ "ForQuestionAnswering", "AutoModelForQuestionAnswering",
	    "question-answering", "AutoTokenizer" },
	{ "ForMultipleChoice", "AutoModelForMultipleChoice", "multiple-choice",
	    "AutoTokenizer" },
	{ "ForImageClassification", "AutoModelForImageClassification",
	    "image-classification", "AutoImageProcessor" },
	{ "ForObjectDetection", "AutoModelForObjectDetection",
	    "object-detection", "AutoImageProcessor" },
	{ "ForSemanticSegmentation", "AutoModelForSemanticSegmentation",
	    "image-segmentation", "AutoImageProcessor" },
	{ "ForDepthEstimation", "AutoModelForDepthEstimation",
	    "depth-estimation", "AutoImageProcessor" },
	{ "ForCTC", "AutoModelForCTC", "automatic-speech-recognition",
	    "AutoProcessor" },
	{ "ForSpeechSeq2Seq", "AutoModelForSpeechSeq2Seq",
	    "automatic-speech-recognition", "AutoProcessor" },
	{ "ForAudioClassification", "AutoModelForAudioClassification",
	    "audio-classification", "AutoFeatureExtractor" },
	{ "Model", "AutoModel", "feature-extraction", "AutoTokenizer" },
};

static bool
ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), last = strlen(end);

	return len >= last && strcmp(text + len - last, end) == 0;
}

static void
set_word(char out[WEIGH_WORD_MAX], const char *word)
{
	memcpy(out, word, strlen(word) + 1);
}

static void
derive_library(struct collecting *c, uint32_t marks)
{
	struct weigh_model *m = c->m;
	size_t i;

	for (i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++)
		if (m->library[0] == '\0' && (marks & libraries[i].mark) != 0)
			set_word(m->library, libraries[i].library);
	if (m->library[0] == '\0' && m->model_type[0] != '\0' &&
	    m->architecture[0] != '\0')
		set_word(m->library, "transformers");
	if (m->library[0] == '\0' && (marks & MARK_GGUF) != 0)
		set_word(m->library, "gguf");
	add_word(c, PLACE_LIBRARY, m->library);
}

static void
derive_class(struct collecting *c)
{
	struct weigh_model *m = c->m;
	size_t i;

	if (strcmp(m->library, "transformers") == 0)
		for (i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
			if (ends_with(m->architecture, classes[i].ends)) {
				set_word(m->auto_model, classes[i].auto_model);
				set_word(m->processor, classes[i].processor);
				if (m->task[0] == '\0')
					set_word(m->task, classes[i].task);
				break;
			}
	add_word(c, PLACE_TYPE, m->model_type);
	add_word(c, PLACE_TASK, m->task);
}

static const struct {
	uint32_t mark;
	unsigned kinds;
	const char *name;
} formats[] = {
	{ MARK_PYTORCH, MODELS, "pytorch" },
	{ MARK_TF, MODELS, "tf" },
	{ MARK_JAX, MODELS, "jax" },
	{ MARK_TFLITE, MODELS, "tflite" },
	{ MARK_RUST, MODELS, "rust" },
	{ MARK_COREML, MODELS, "coreml" },
	{ MARK_ONNX, MODELS, "onnx" },
	{ MARK_SAFETENSORS, MODELS, "safetensors" },
	{ MARK_OPENVINO, MODELS, "openvino" },
	{ MARK_KERAS, MODELS, "keras" },
	{ MARK_GGUF, MODELS, "gguf" },
	{ MARK_PARQUET, DATASETS, "parquet" },
	{ MARK_CSV, DATASETS, "csv" },
	{ MARK_JSON, DATASETS, "json" },
};

const char *
weigh_model_format(enum weigh_kind kind, uint32_t marks, const char *after)
{
	const char *next = NULL;

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if ((marks & formats[i].mark) != 0 &&
		    (formats[i].kinds & OF(kind)) != 0 &&
		    strcmp(formats[i].name, after) > 0 &&
		    (next == NULL || strcmp(formats[i].name, next) < 0))
			next = formats[i].name;
	return next;
}

static void
derive_formats(struct collecting *c, enum weigh_kind kind, uint32_t marks)
{
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if ((marks & formats[i].mark) != 0 &&
		    (formats[i].kinds & OF(kind)) != 0)
			add_tag(c, PLACE_FORMATS,
			    kind == WEIGH_DATASET ? "format:" : "",
			    formats[i].name, strlen(formats[i].name));
}

/* "base_model:x" again with what was made of x, where the card says it. */
static void
derive_relation(struct collecting *c)
{
	struct weigh_buf *bases = &c->tags[PLACE_BASES];
	struct weigh_buf again;
	const char *tag = bases->data;

	if (bases->len == 0 || c->base_relation[0] == '\0')
		return;
	weigh_buf_init(&again, bases->max);
	for (; tag < bases->data + bases->len; tag += strlen(tag) + 1)
		if (strlen(tag) + 1 + strlen(c->base_relation) <=
		    WEIGH_TAG_MAX) {
			weigh_buf_addf(&again, "base_model:%s:%s",
			    c->base_relation, strchr(tag, ':') + 1);
			weigh_buf_addc(&again, '\0');
		}
	weigh_buf_add(bases, again.data, again.len);
	weigh_buf_free(&again);
}

/* --- the whole ----------------------------------------------------------------- */

static bool
has_tag(const struct weigh_model *m, const char *tag)
{
	const char *t = NULL;

	while ((t = weigh_model_tag(m, t)) != NULL)
		if (strcmp(t, tag) == 0)
			return true;
	return false;
}

/* All of them, in order, each once. */
static void
join_tags(struct collecting *c)
{
	struct weigh_model *m = c->m;
	unsigned place, n = 0;

	for (place = 0; place < PLACES; place++) {
		const struct weigh_buf *tags = &c->tags[place];
		const char *tag = tags->data;

		for (; tag != NULL && tag < tags->data + tags->len;
		     tag += strlen(tag) + 1)
			if (n < WEIGH_TAGS_MAX && !has_tag(m, tag)) {
				weigh_buf_add(&m->tags, tag, strlen(tag) + 1);
				n++;
			}
	}
}

static bool
read_json(struct collecting *c, const char *card, enum weigh_kind kind,
    const char *config)
{
	const char *texts[2] = { card, config };
	struct weigh_json *j;

	for (int i = 0; i < 2; i++) {
		if (texts[i] == NULL || texts[i][0] == '\0')
			continue;
		if ((j = weigh_json_new(&weigh_json_small)) == NULL)
			return false;
		weigh_json_feed(j, texts[i], strlen(texts[i]), true);
		if (texts[i] == card)
			read_card(c, kind, j);
		else
			read_config(c, j);
		weigh_json_free(j);
	}
	return true;
}

bool
weigh_model_read(struct weigh_model *m, enum weigh_kind kind, const char *card,
    const char *config, uint32_t marks, const char *license)
{
	struct collecting c = { .m = m };
	bool ok;

	memset(m, 0, sizeof(*m));
	weigh_buf_init(&m->tags, WEIGH_TAGS_MAX * (WEIGH_TAG_MAX + 1));
	for (int i = 0; i < PLACES; i++)
		weigh_buf_init(&c.tags[i],
		    WEIGH_TAGS_MAX * (WEIGH_TAG_MAX + 1));
	ok = read_json(&c, card, kind, config);
	if (kind == WEIGH_MODEL) {
		derive_library(&c, marks);
		derive_class(&c);
		derive_relation(&c);
	}
	derive_formats(&c, kind, marks);
	if (!c.licensed && license != NULL)
		add_tag(&c, PLACE_LICENSE, "license:", license,
		    strlen(license));
	join_tags(&c);
	for (int i = 0; i < PLACES; i++)
		weigh_buf_free(&c.tags[i]);
	return ok && !m->tags.failed;
}

void
weigh_model_free(struct weigh_model *m)
{
	weigh_buf_free(&m->tags);
}

const char *
weigh_model_tag(const struct weigh_model *m, const char *tag)
{
	if (tag == NULL)
		return m->tags.len > 0 ? m->tags.data : NULL;
	tag += strlen(tag) + 1;
	return tag < m->tags.data + m->tags.len ? tag : NULL;
}
