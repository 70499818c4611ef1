/*
 * families: how models are talked to, told by what stands in their chat template,
 * as llama.cpp does (src/llama-chat.cpp).  A row is tried before those below it.
 * The text is Ollama's: .System, .Prompt and .Response in Go's template language.
 */
#include <string.h>

#include <weigh/ollama.h>

/* A turn of a family whose roles all look alike. */
#define TURNS(system, user, assistant, end) \
	"{{ if .System }}" system "{{ .System }}" end \
	"{{ end }}{{ if .Prompt }}" user "{{ .Prompt }}" end \
	"{{ end }}" assistant "{{ .Response }}" end

/* clang-format off */
static const struct weigh_chat_family families[] = {
	{ "phi4", { "<|im_start|>", "<|im_sep|>" },
	    TURNS("<|im_start|>system<|im_sep|>", "<|im_start|>user<|im_sep|>",
		"<|im_start|>assistant<|im_sep|>", "<|im_end|>"),
	    { "<|im_start|>", "<|im_end|>", "<|im_sep|>" } },
	{ "chatml", { "<|im_start|>" },
	    TURNS("<|im_start|>system\n", "<|im_start|>user\n",
		"<|im_start|>assistant\n", "<|im_end|>\n"),
	    { "<|im_start|>", "<|im_end|>" } },
	{ "mistral-v7", { "[INST]", "[SYSTEM_PROMPT]" },
	    "{{ if .System }}[SYSTEM_PROMPT]{{ .System }}[/SYSTEM_PROMPT]{{ end }}"
	    "{{ if .Prompt }}[INST]{{ .Prompt }}[/INST]{{ end }}{{ .Response }}</s>",
	    { "[INST]", "[/INST]", "[SYSTEM_PROMPT]" } },
	{ "llama2", { "[INST]", "<<SYS>>" },
	    "[INST] {{ if .System }}<<SYS>>\n{{ .System }}\n<</SYS>>\n\n{{ end }}"
	    "{{ .Prompt }} [/INST] {{ .Response }}</s>",
	    { "[INST]", "[/INST]", "<<SYS>>", "<</SYS>>" } },
	{ "mistral", { "[INST]" },
	    "[INST] {{ if .System }}{{ .System }}\n\n{{ end }}{{ .Prompt }} [/INST]"
	    "{{ .Response }}</s>",
	    { "[INST]", "[/INST]" } },
	{ "llama3", { "<|start_header_id|>", "<|end_header_id|>" },
	    TURNS("<|start_header_id|>system<|end_header_id|>\n\n",
		"<|start_header_id|>user<|end_header_id|>\n\n",
		"<|start_header_id|>assistant<|end_header_id|>\n\n", "<|eot_id|>"),
	    { "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>" } },
	{ "llama4", { "<|header_start|>", "<|header_end|>" },
	    TURNS("<|header_start|>system<|header_end|>\n\n",
		"<|header_start|>user<|header_end|>\n\n",
		"<|header_start|>assistant<|header_end|>\n\n", "<|eot|>"),
	    { "<|header_start|>", "<|header_end|>", "<|eot|>" } },
	{ "phi3", { "<|assistant|>", "<|end|>" },
	    TURNS("<|system|>\n", "<|user|>\n", "<|assistant|>\n", "<|end|>\n"),
	    { "<|end|>", "<|system|>", "<|user|>", "<|assistant|>" } },
	{ "chatglm4", { "[gMASK]<sop>" },
	    "[gMASK]<sop>" TURNS("<|system|>\n", "<|user|>\n", "<|assistant|>\n", ""),
	    { "<|system|>", "<|user|>", "<|assistant|>" } },
	{ "zephyr", { "<|assistant|>", "<|user|>" },
	    TURNS("<|system|>\n", "<|user|>\n", "<|assistant|>\n", "</s>\n"),
	    { "<|system|>", "<|user|>", "<|assistant|>", "</s>" } },
	{ "gemma", { "<start_of_turn>" },
	    "<start_of_turn>user\n{{ if .System }}{{ .System }}\n\n{{ end }}"
	    "{{ .Prompt }}<end_of_turn>\n<start_of_turn>model\n"
	    "{{ .Response }}<end_of_turn>\n",
	    { "<start_of_turn>", "<end_of_turn>" } },
	{ "openchat", { "GPT4 Correct " },
	    TURNS("GPT4 Correct System: ", "GPT4 Correct User: ",
		"GPT4 Correct Assistant: ", "<|end_of_turn|>"),
	    { "<|end_of_turn|>" } },
	{ "vicuna", { "USER: ", "ASSISTANT: " },
	    "{{ if .System }}{{ .System }}\n\n{{ end }}{{ if .Prompt }}USER: "
	    "{{ .Prompt }}\n{{ end }}ASSISTANT: {{ .Response }}</s>\n",
	    { "USER:", "ASSISTANT:" } },
	{ "deepseek-coder", { "### Instruction:", "<|EOT|>" },
	    "{{ if .System }}{{ .System }}\n{{ end }}{{ if .Prompt }}"
	    "### Instruction:\n{{ .Prompt }}\n{{ end }}### Response:\n"
	    "{{ .Response }}\n<|EOT|>\n",
	    { "<|EOT|>", "### Instruction:", "### Response:" } },
	{ "deepseek3", { "<｜Assistant｜>", "<｜User｜>" },
	    "{{ if .System }}{{ .System }}{{ end }}{{ if .Prompt }}<｜User｜>"
	    "{{ .Prompt }}{{ end }}<｜Assistant｜>{{ .Response }}<｜end▁of▁sentence｜>",
	    { "<｜User｜>", "<｜Assistant｜>", "<｜end▁of▁sentence｜>" } },
	{ "deepseek2", { "'Assistant: ' + message['content'] + eos_token" },
	    "{{ if .System }}{{ .System }}\n\n{{ end }}{{ if .Prompt }}User: "
	    "{{ .Prompt }}\n\n{{ end }}Assistant: {{ .Response }}"
	    "<｜end▁of▁sentence｜>",
	    { "User:", "<｜end▁of▁sentence｜>" } },
	{ "command-r", { "<|START_OF_TURN_TOKEN|>", "<|USER_TOKEN|>" },
	    TURNS("<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>",
		"<|START_OF_TURN_TOKEN|><|USER_TOKEN|>",
		"<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>", "<|END_OF_TURN_TOKEN|>"),
	    { "<|START_OF_TURN_TOKEN|>", "<|END_OF_TURN_TOKEN|>" } },
	{ "exaone3", { "[|system|]", "[|assistant|]", "[|endofturn|]" },
	    TURNS("[|system|]", "[|user|]", "[|assistant|]", "[|endofturn|]\n"),
	    { "[|endofturn|]", "[|user|]" } },
	{ "granite", { "<|start_of_role|>" },
	    TURNS("<|start_of_role|>system<|end_of_role|>",
		"<|start_of_role|>user<|end_of_role|>",
		"<|start_of_role|>assistant<|end_of_role|>", "<|end_of_text|>\n"),
	    { "<|start_of_role|>", "<|end_of_text|>" } },
	{ "gpt-oss", { "<|start|>", "<|message|>", "<|channel|>" },
	    TURNS("<|start|>system<|message|>", "<|start|>user<|message|>",
		"<|start|>assistant<|channel|>final<|message|>", "<|end|>"),
	    { "<|start|>", "<|return|>" } },
	{ "alpaca", { "### Instruction:", "### Response:" },
	    "{{ if .System }}{{ .System }}\n\n{{ end }}{{ if .Prompt }}"
	    "### Instruction:\n{{ .Prompt }}\n\n{{ end }}### Response:\n"
	    "{{ .Response }}\n\n",
	    { "### Instruction:", "### Response:" } },
};
/* clang-format on */

/* Chat templates are text and may hold NULs: no strstr. */
static bool
has(const char *text, size_t len, const char *sign)
{
	size_t n = strlen(sign);
	const char *p = text, *end = text + len;

	while ((size_t)(end - p) >= n &&
	    (p = memchr(p, sign[0], (size_t)(end - p) - n + 1)) != NULL) {
		if (memcmp(p, sign, n) == 0)
			return true;
		p++;
	}
	return false;
}

static bool
has_all(const char *text, size_t len, const struct weigh_chat_family *f)
{
	for (size_t i = 0; i < 3 && f->signs[i] != NULL; i++)
		if (!has(text, len, f->signs[i]))
			return false;
	return true;
}

const struct weigh_chat_family *
weigh_chat_family_of(const char *chat_template, size_t len)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (len > 0 && has_all(chat_template, len, &families[i]))
			return &families[i];
	return NULL;
}

void
weigh_ollama_params(struct weigh_jw *w, const struct weigh_chat_family *family)
{
	weigh_jw_object(w);
	weigh_jw_key(w, "stop");
	weigh_jw_array(w);
	for (size_t i = 0; i < 4 && family->stops[i] != NULL; i++)
		weigh_jw_str(w, family->stops[i]);
	weigh_jw_array_end(w);
	weigh_jw_object_end(w);
}
