/** The same loopback address under its other names: people type `localhost` where the server says 127.0.0.1. */
export function localVariants(url: string): string[] {
  const { protocol, hostname, port } = new URL(url)
  const names = ['127.0.0.1', 'localhost', '[::1]']
  if (!names.includes(hostname)) return []
  return names.map((name) => `${protocol}//${name}${port ? `:${port}` : ''}`)
}
