/** Hands a file to the browser to be saved under this name. */
export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  document.body.append(link)
  link.click()
  link.remove()
  // The browser takes its time to begin; a minute later it has.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
