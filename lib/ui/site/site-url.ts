/** Where visitors reach a domain of a site, by the port nginx listens on. Pure. */
export function siteUrl(domain: string, httpPort: number | undefined): string {
  return httpPort === undefined || httpPort === 80 ? `http://${domain}/` : `http://${domain}:${httpPort}/`;
}
