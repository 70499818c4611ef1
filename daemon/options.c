/* options: see options.h. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "options.h"

const char options_help[] =
    "usage: weighd [--data DIR] [--listen ADDRESS:PORT]...\n"
    "\n"
    "  weighd                                  with everything as it comes\n"
    "  weighd --data /srv/models --listen 0.0.0.0:8477\n"
    "\n"
    "Keeps model weights by their SHA-256, checks them, and serves them as a\n"
    "mirror of the Hugging Face Hub. Runs in the foreground.\n"
    "\n"
    "  --config FILE          read settings from FILE (weighd.conf(5))\n"
    "  --data DIR             keep everything in DIR\n"
    "  --listen ADDRESS:PORT  listen here; may be given several times\n"
    "  --check-config         say whether the configuration is good, and stop\n"
    "  --print-config         print every setting and where it came from\n"
    "  --version              print the version\n"
    "  --help                 print this\n";

enum {
	CONFIG = 256,
	DATA,
	LISTEN,
	CHECK,
	PRINT,
	VERSION,
	HELP
};

static const struct option table[] = {
	{ "config", required_argument, NULL, CONFIG },
	{ "data", required_argument, NULL, DATA },
	{ "listen", required_argument, NULL, LISTEN },
	{ "check-config", no_argument, NULL, CHECK },
	{ "print-config", no_argument, NULL, PRINT },
	{ "version", no_argument, NULL, VERSION },
	{ "help", no_argument, NULL, HELP },
	{ NULL, 0, NULL, 0 },
};

static enum weigh_code
add_address(struct options *o, const char *address, struct weigh_err *err)
{
	size_t len = strlen(o->addresses);

	if (len + strlen(address) + 2 > sizeof(o->addresses))
		return weigh_fail(err, WEIGH_USAGE, "too many addresses");
	snprintf(o->addresses + len, sizeof(o->addresses) - len, "%s%s",
	    len > 0 ? " " : "", address);
	o->flags.addresses = o->addresses;
	return WEIGH_OK;
}

static enum weigh_code
take(struct options *o, int option, const char *word, struct weigh_err *err)
{
	switch (option) {
	case CONFIG:
		o->flags.file = optarg;
		return WEIGH_OK;
	case DATA:
		o->data = optarg;
		return WEIGH_OK;
	case LISTEN:
		return add_address(o, optarg, err);
	case CHECK:
		o->check_config = true;
		return WEIGH_OK;
	case PRINT:
		o->print_config = true;
		return WEIGH_OK;
	case VERSION:
		o->version = true;
		return WEIGH_OK;
	case HELP:
		o->help = true;
		return WEIGH_OK;
	case ':':
		return weigh_fail(err, WEIGH_USAGE, "%s needs a value", word);
	default:
		return weigh_fail(err, WEIGH_USAGE, "unknown option %s", word);
	}
}

enum weigh_code
options_read(struct options *o, int argc, char **argv, struct weigh_err *err)
{
	enum weigh_code rc = WEIGH_OK;
	int option;

	memset(o, 0, sizeof(*o));
	opterr = 0;
	while (rc == WEIGH_OK &&
	    (option = getopt_long(argc, argv, ":", table, NULL)) != -1)
		rc = take(o, option, argv[optind - 1], err);
	if (rc == WEIGH_OK && optind < argc)
		rc = weigh_fail(err, WEIGH_USAGE, "'%s' is not an option",
		    argv[optind]);
	if (rc == WEIGH_OK && o->data != NULL && o->data[0] == '\0')
		rc = weigh_fail(err, WEIGH_USAGE, "--data needs a folder");
	if (rc != WEIGH_OK)
		weigh_fix(err, "see: weighd --help");
	return rc;
}
