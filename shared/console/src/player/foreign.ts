/** Tells when the page's policy keeps media away: it is at a host that is no storage backend of the service. */
export function watchForeign(failed: (why: string) => void): () => void {
  const refused = (event: SecurityPolicyViolationEvent): void => {
    const host = URL.canParse(event.blockedURI) ? new URL(event.blockedURI).host : event.blockedURI;
    failed(`the media is at ${host}, which is no storage backend of this service, so this page may not load it`);
  };
  document.addEventListener("securitypolicyviolation", refused);
  return () => document.removeEventListener("securitypolicyviolation", refused);
}
