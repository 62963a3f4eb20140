/** The variables pip and uv get: a home of their own, and where packages come from on this machine. */

const PASSED_ON =
  /^(PIP_.+|UV_.+|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|((HTTPS?|FTP|ALL|NO)_PROXY))$/i;

/** `isOwnUser`: the site runs as ourselves, so our own pip configuration is its as well. */
export function installVariables(args: {
  variables: Record<string, string | undefined>;
  cache: string;
  home: string;
  isOwnUser: boolean;
}): Record<string, string> {
  const { variables, cache, home, isOwnUser } = args;
  const env: Record<string, string> = {
    PATH: variables.PATH ?? "/usr/local/bin:/usr/bin:/bin",
    HOME: home,
    LANG: "C.UTF-8",
    PYTHONUNBUFFERED: "1",
    PIP_CACHE_DIR: `${cache}/pip`,
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
    PIP_NO_INPUT: "1",
    UV_CACHE_DIR: `${cache}/uv`,
    UV_NO_PROGRESS: "1",
    // The interpreter was chosen; uv is not to fetch another one.
    UV_PYTHON_DOWNLOADS: "never",
  };
  if (isOwnUser && variables.HOME) env.PIP_CONFIG_FILE = `${variables.HOME}/.config/pip/pip.conf`;
  for (const [name, value] of Object.entries(variables)) {
    const isCache = name === "PIP_CACHE_DIR" || name === "UV_CACHE_DIR";
    if (value !== undefined && PASSED_ON.test(name) && !(isCache && !isOwnUser)) env[name] = value;
  }
  return env;
}
