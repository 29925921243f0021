/** Blocks that cannot be run here, by the name in their fence, with the reason. */
export const notRun: Readonly<Record<string, string>> = {
  demo: 'CI runs it as a step of its own, after installing by the same command',
  tests: 'it is what runs this test',
  'serve-openai': 'needs a key of OpenAI; the same command is run against the simulator from README.md',
  docker: 'needs an engine for containers; test/container.test.ts starts the same files as their user',
  bench: 'the whole takes a quarter of an hour',
  systemd: 'needs a machine run by systemd',
};
