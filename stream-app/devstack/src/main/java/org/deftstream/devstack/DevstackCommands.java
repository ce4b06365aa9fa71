package org.deftstream.devstack;

import java.util.List;
import org.deftstream.cli.CommandProvider;
import org.deftstream.devstack.demo.DemoCommand;
import org.deftstream.devstack.stack.StackCommand;

/** {@code deftstream demo} and {@code deftstream stack}. Stateless. */
public final class DevstackCommands implements CommandProvider {
  @Override
  public List<Object> commands() {
    return List.of(new DemoCommand(), new StackCommand());
  }
}
