/** Blocks that cannot be run here, by the name in their fence, with the reason. */
export const notRun: Readonly<Record<string, string>> = {
  demo: 'CI runs it as a step of its own, after installing by the same command',
  tests: 'it is what runs this test',
  'demo-postgres': 'needs a server of which the reader alone knows name and password',
  'serve-openai': 'needs a key of OpenAI; the same command is run against the simulator from README.md',
  docker: 'needs an engine for containers; test/container.test.ts and compose.test.ts start the same files',
  bench: 'CI runs the quick form as a step of its own; the whole takes a quarter of an hour',
  systemd: 'needs a machine run by systemd',
};
