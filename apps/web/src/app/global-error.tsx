'use client'

/** The last resort, when not even the layout could be drawn: no component and no style of ours is used. */
export default function GlobalError({ reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <html lang="en">
      <body style={{ font: '14px/1.5 system-ui, sans-serif', padding: 32, maxWidth: 560 }}>
        <h1 style={{ fontSize: 18 }}>Sonde could not show this page</h1>
        <p>
          The server may be restarting, or its database may be away. Captures that are running go on: hosts keep recording and upload when
          the server is back.
        </p>
        <button type="button" onClick={reset}>
          Try again
        </button>
      </body>
    </html>
  )
}
