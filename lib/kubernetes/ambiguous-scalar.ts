const words = /^(~|null|y|n|yes|no|on|off|true|false|=|<<)$/i;

/** Whole numbers of every base, with underscores wherever somebody may have put them. */
const integer = /^[-+]?(0b_*[01][01_]*|0o_*[0-7][0-7_]*|0x_*[\da-f][\da-f_]*|\d[\d_]*)$/i;
const fraction = /^(?=.*[\d.])[-+]?(\d[\d_]*)?\.?[\d_]*(e[-+]?\d+)?$/i;
const special = /^[-+]?\.(inf|nan)$/i;
const sexagesimal = /^[-+]?\d[\d_]*(:[0-5]?\d)+(\.[\d_]*)?$/;
const timestamp = /^\d{4}-\d{1,2}-\d{1,2}([Tt \t].*)?$/;

/**
 * Whether text that stands in YAML without quotes is read as something else than text by one reader or
 * another: those of Kubernetes are of YAML 1.1, with Go's numbers besides.
 *
 * @see https://yaml.org/type/
 * @see https://pkg.go.dev/sigs.k8s.io/yaml
 */
export function isAmbiguousScalar(text: string): boolean {
  return [words, integer, fraction, special, sexagesimal, timestamp].some((form) =>
    form.test(text),
  );
}
