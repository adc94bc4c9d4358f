/** Asks better-auth for a session cookie. Resolves with null, or with a sentence that says why not. */
export async function signIn(email: string, password: string): Promise<string | null> {
  let response: Response
  try {
    response = await fetch('/api/auth/sign-in/email', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password, rememberMe: true }),
    })
  } catch {
    return 'The server did not answer. Check that it runs, then try again.'
  }
  if (response.ok) return null
  if (response.status === 401) return 'E-mail address or password is not right.'
  if (response.status === 429) return 'Too many attempts. Wait a minute, then try again.'
  if (response.status === 403) return 'This address is not the one the server is set up for (SONDE_URL). Open it under that one.'
  return `The server could not sign you in (status ${response.status}). Its log says why.`
}
