package io.github.tideover.wire;

import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Enumeration;

/** Whether this machine has a network at all, told without sending anything. */
public final class LocalNetwork {
    private LocalNetwork() {}

    /**
     * Looks at this machine's network interfaces.
     *
     * @return true if one of them, other than the loopback, is up and has an address; true also if that cannot be told
     */
    public static boolean isUp() {
        try {
            Enumeration<NetworkInterface> all = NetworkInterface.getNetworkInterfaces();
            while (all.hasMoreElements()) {
                NetworkInterface each = all.nextElement();
                if (each.isUp() && !each.isLoopback() && each.getInetAddresses().hasMoreElements()) {
                    return true;
                }
            }
            return false;
        } catch (SocketException e) {
            return true;
        }
    }
}
