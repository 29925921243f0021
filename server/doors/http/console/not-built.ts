/** What stands in the console's place while nobody has built it. */
export const notBuilt = `<!doctype html>
<html lang="en">
<title>OpenAI Batch Manager</title>
<h1>The service runs; its console is not built</h1>
<p>In a checkout of the sources, run <code>npm run build</code> and start the service again.
While you change the console, <code>npm run dev:console</code> serves it with live reload on port 4001.</p>
<p>The API needs no build: <a href="/api/docs">API page</a>, <a href="/health">health</a>.</p>
</html>
`;
